import { expect, test } from 'vitest'
import { createLag } from '../../src/replica/lag.ts'

/** A lag on a clock that the test sets, in seconds. */
function lagAt() {
  let seconds = 0
  const lag = createLag(() => seconds * 1000)
  return {
    lag,
    at: (time: number) => {
      seconds = time
    },
    note: (position: number) => lag.note(seconds * 1000, position),
  }
}

test('a replica is as far behind as it is since the writer was where it is now', () => {
  const { lag, at, note } = lagAt()
  expect(lag.seconds()).toBeNull()
  note(100)
  lag.reached(99)
  expect(lag.seconds()).toBeNull()
  at(1)
  note(200)
  lag.reached(150)
  expect(lag.seconds()).toBe(1)
  at(3)
  note(200)
  expect(lag.seconds()).toBe(3)
  lag.reached(200)
  expect(lag.seconds()).toBe(0)
  // nothing is written
  at(1000)
  expect(lag.seconds()).toBe(0)
})

test('one that does not move costs no memory, and its lag is known all the same', () => {
  const { lag, at, note } = lagAt()
  note(1)
  lag.reached(1)
  for (let i = 1; i <= 100_000; i++) {
    at(i)
    note(i + 1)
  }
  expect(lag.seconds()).toBe(100_000)
  lag.reached(90_000)
  expect(lag.seconds()).toBeGreaterThanOrEqual(10_000)
  expect(lag.seconds()).toBeLessThan(12_000)
  lag.reached(100_001)
  expect(lag.seconds()).toBe(0)
})

test('one that was where the writer still is, is not behind while it is asked again', () => {
  const { lag, at, note } = lagAt()
  note(100)
  lag.reached(100)
  at(5)
  note(100)
  expect(lag.seconds()).toBe(0)
  // a crash has taken it back
  lag.reached(90)
  expect(lag.seconds()).toBe(5)
  at(6)
  note(100)
  expect(lag.seconds()).toBe(6)
  lag.reached(100)
  expect(lag.seconds()).toBe(0)
})

test('another writer has other positions', () => {
  const { lag, at, note } = lagAt()
  note(500)
  lag.reached(500)
  at(2)
  lag.clear()
  expect([lag.seconds(), lag.watchedS()]).toEqual([null, 0])
  note(40)
  lag.reached(40)
  expect(lag.seconds()).toBe(0)
})

test('where the writer goes on unseen, the replica is behind since then at most', () => {
  const { lag, at, note } = lagAt()
  note(100)
  lag.reached(100)
  at(5)
  lag.noteUnknown(5000)
  at(8)
  lag.noteUnknown(8000)
  lag.reached(120)
  expect(lag.seconds()).toBe(3)
  note(130)
  lag.reached(130)
  expect(lag.seconds()).toBe(0)
})

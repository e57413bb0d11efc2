import { expect, test } from 'vitest'
import { createBudgets } from '../../src/database/budgets.ts'

const BUDGET = { amount: 60, seconds: 120 }
/** Budgets with a clock that is moved by hand, in seconds. */
function withClock() {
  let time = 0
  const budgets = createBudgets(() => time)
  return {
    wait: (name: string) => budgets.wait(name, BUDGET),
    spend: (name: string, seconds: number) => budgets.spend(name, BUDGET, 1000 * seconds + 50),
    budgets,
    pass: (seconds: number) => {
      time += 1000 * seconds
    },
  }
}

test('questions that are answered within a twentieth of a second are free, however many', () => {
  const { budgets, wait } = withClock()
  for (let i = 0; i < 100_000; i++) budgets.spend('quick', BUDGET, 50)
  expect(wait('quick')).toBe(0)
})

test('whoever has spent all waits for as long as was said, others do not', () => {
  const { wait, spend, pass } = withClock()
  for (let i = 0; i < 6; i++) {
    expect(wait('greedy')).toBe(0)
    spend('greedy', 10)
  }
  expect(wait('greedy')).toBe(1)
  spend('greedy', 10)
  expect(wait('greedy')).toBe(21)
  expect(wait('modest')).toBe(0)
  pass(20)
  expect(wait('greedy')).toBe(1)
  pass(1)
  expect(wait('greedy')).toBe(0)
})

test('one question after the other is never refused where the budget is a second for a second', () => {
  const budgets = createBudgets(() => time)
  const budget = { amount: 60, seconds: 60 }
  let time = 0
  for (let i = 0; i < 1000; i++) {
    expect(budgets.wait('patient', budget)).toBe(0)
    time += 10_000
    budgets.spend('patient', budget, 10_000)
  }
})

test('a budget is never fuller than full, nor overdrawn by more than its size', () => {
  const { wait, spend, pass } = withClock()
  spend('one', 1)
  pass(1_000_000)
  spend('one', 61)
  expect(wait('one')).toBe(3)
  for (let i = 0; i < 100; i++) spend('one', 30)
  expect(wait('one')).toBe(121)
})

test('of many who spend, those are forgotten who have not spent for longest', () => {
  const { wait, spend } = withClock()
  spend('early', 100)
  spend('again', 100)
  for (let i = 0; i < 9_998; i++) spend(`address:${i}`, 100)
  spend('again', 1)
  expect([wait('early'), wait('again')]).toEqual([81, 83])
  spend('one more', 1)
  expect([wait('early'), wait('again'), wait('address:0')]).toEqual([0, 83, 81])
})

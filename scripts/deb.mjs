// Makes platestack_VERSION_all.deb of what `npm run build` has made: npm run deb [-- FOLDER]. The program and its production packages are
// under /usr/lib/platestack, as npm installs them; the rest is in deploy/debian/ and deploy/systemd/.

import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'

const { version, dependencies, description, license } = JSON.parse(readFileSync('package.json', 'utf8'))
const target = resolve(process.argv[2] ?? 'dist')
const folder = mkdtempSync(join(tmpdir(), 'platestack-deb-'))
const root = join(folder, 'root')
const at = (...path) => join(root, ...path)
// whoever makes the package, as Debian's tools have it
const maintainer = `${process.env.DEBFULLNAME ?? 'Platestack'} <${process.env.DEBEMAIL ?? 'platestack@localhost'}>`
const run = (program, args, options = {}) =>
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'], ...options })

try {
  mkdirSync(at('usr/lib/platestack'), { recursive: true })
  installProgram(at('usr/lib/platestack'))
  mkdirSync(at('usr/bin'), { recursive: true })
  symlinkSync('../lib/platestack/dist/platestack.js', at('usr/bin/platestack'))
  for (const unit of readdirSync('deploy/systemd')) copy(`deploy/systemd/${unit}`, `usr/lib/systemd/system/${unit}`)
  copy('deploy/debian/sysusers.conf', 'usr/lib/sysusers.d/platestack.conf')
  copy('deploy/debian/platestack.env', 'etc/platestack/platestack.env')
  for (const name of ['nginx.conf', 'prometheus', 'grafana', 'logrotate'])
    copy(`deploy/${name}`, `usr/share/doc/platestack/examples/${name}`)
  writeFileSync(at('usr/share/doc/platestack/changelog.gz'), gzipSync(changelog(), { level: 9 }))
  copy('CHANGELOG.md', 'usr/share/doc/platestack/CHANGELOG.md')
  copy('README.md', 'usr/share/doc/platestack/README.md')
  copy('docs/operating.md', 'usr/share/doc/platestack/operating.md')
  writeFileSync(at('usr/share/doc/platestack/copyright'), copyright())
  control()
  permissions(root)
  const name = `platestack_${version}_all.deb`
  mkdirSync(target, { recursive: true })
  run('dpkg-deb', ['--root-owner-group', '-Zxz', '-z3', '--build', root, join(target, name)])
  process.stdout.write(`${join(target, name)}\n`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** The program without what only tests, benchmarks and development need, and the packages it imports, of the versions in the lock file. */
function installProgram(into) {
  const surplus = /\.map$|(^|\/)(bench[^/]*|faults|openapi)\.js$|^dist\/(worker|types|client)(\/|$)|\.deb$/
  cpSync('dist', join(into, 'dist'), { recursive: true, filter: (path) => !surplus.test(path) })
  const lean = JSON.parse(readFileSync('package.json', 'utf8'))
  for (const name of ['workspaces', 'devDependencies', 'scripts', 'files', 'exports']) delete lean[name]
  writeFileSync(join(into, 'package.json'), `${JSON.stringify(lean, null, 2)}\n`)
  for (const path of productionPackages())
    cpSync(path, join(into, path), {
      recursive: true,
      filter: (file) => !/\.map$|\.d\.[cm]?ts$|\/\.(npmignore|eslintrc[^/]*|nycrc)$/.test(file),
    })
}

/** Folders of node_modules, after the lock file. */
function productionPackages() {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'))
  const found = new Set()
  const visit = (names, from) => {
    for (const name of names) {
      const path = whereIs(packages, name, from)
      if (!path || found.has(path)) continue
      found.add(path)
      visit(Object.keys(packages[path].dependencies ?? {}), path)
    }
  }
  visit(Object.keys(dependencies), '')
  return found
}

/** As Node looks packages up: beside the one that asks, then further up. */
function whereIs(packages, name, from) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = folder ? `${folder}/node_modules/${name}` : `node_modules/${name}`
    if (packages[path]) return path
    if (!folder) return undefined
  }
}

function copy(from, to) {
  mkdirSync(at(to, '..'), { recursive: true })
  cpSync(from, at(to), { recursive: true })
}

function control() {
  const size = Number(execFileSync('du', ['-sk', '--apparent-size', root]).toString().split('\t')[0])
  mkdirSync(at('DEBIAN'))
  writeFileSync(
    at('DEBIAN/control'),
    `Package: platestack
Version: ${version}
Architecture: all
Maintainer: ${maintainer}
Installed-Size: ${size}
Depends: nodejs (>= 20.19), systemd | adduser
Recommends: postgresql-postgis, nginx
Suggests: rabbitmq-server, memcached, prometheus
Section: science
Priority: optional
Description: ${description.split(':')[0].replace(/^An /, '')}
 Keeps the searchable metadata of an observatory's frames in PostgreSQL with
 PostGIS and their files in a directory or on S3, and serves both over an
 HTTP API. Without a PostgreSQL server it keeps a database of its own.
`,
  )
  writeFileSync(at('DEBIAN/conffiles'), '/etc/platestack/platestack.env\n')
  for (const script of ['postinst', 'prerm', 'postrm']) copy(`deploy/debian/${script}`, `DEBIAN/${script}`)
}

function changelog() {
  const date = new Date().toUTCString().replace('GMT', '+0000')
  return `platestack (${version}) unstable; urgency=medium\n\n  * See CHANGELOG.md.\n\n -- ${maintainer}  ${date}\n`
}

function copyright() {
  return `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: platestack

Files: *
Copyright: the authors of Platestack
License: ${license}
 On Debian systems the full text is in /usr/share/common-licenses/Apache-2.0.

Files: usr/lib/platestack/node_modules/*
Copyright: their authors, named in each package's own folder
License: of each package, named in its own folder
`
}

/** What is there is for everybody to read and for root to change, however the files lie here. */
function permissions(folder) {
  run('chmod', ['-R', 'u=rwX,go=rX', folder])
  run('find', [folder, '-type', 'f', '-perm', '/111', '-exec', 'chmod', 'a-x', '{}', '+'])
  chmodSync(at('usr/lib/platestack/dist/platestack.js'), 0o755)
  for (const script of ['postinst', 'prerm', 'postrm']) chmodSync(at('DEBIAN', script), 0o755)
}

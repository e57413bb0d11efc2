// platestack/client/files: downloads into files, for runtimes that have them.

export { type Downloaded, type DownloadOptions, downloadFrame, downloadFrames } from './files/frames.ts'
export { downloadZip, type ZipOptions } from './files/zip.ts'

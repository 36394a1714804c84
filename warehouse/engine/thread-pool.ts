/**
 * A running statement holds a thread of libuv's pool, and a select whose client is slow holds it for long. Four, Node's
 * default, would then leave none for files and compression, on which the slow client's own bytes wait. Not configuration:
 * libuv reads the variable when the pool is first used, so this must be the first import of the process that serves.
 */
// oxlint-disable-next-line node/no-process-env
process.env['UV_THREADPOOL_SIZE'] ??= '32'

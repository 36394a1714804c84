#!/usr/bin/env node
// The program `casehouse`: runs on any Node from 20 on, before a single dependency is installed. It brings the checkout
// into the state that the command needs (dependencies, pages), then hands over to Node 24 on `main.ts`. It knows no command.
import { chooseDashboardsNeed } from './bootstrap/need.mjs'
import { ensureDashboards } from './bootstrap/dashboards-build.mjs'
import { ensureDependencies } from './bootstrap/install.mjs'
import { findFault } from './bootstrap/machine.mjs'
import { findNodeBinary, runMain } from './bootstrap/run-node.mjs'
import { ROOT } from './bootstrap/root.mjs'
import { fail } from './bootstrap/say.mjs'

const args = process.argv.slice(2)

try {
  const fault = findFault(process)
  if (fault) fail(fault)
  await ensureDependencies(ROOT)
  const node = findNodeBinary(ROOT, process)
  if (chooseDashboardsNeed(args)) await ensureDashboards(ROOT, node)
  await runMain({ node, root: ROOT, args })
} catch (error) {
  fail(error instanceof Error ? error.message : String(error))
}

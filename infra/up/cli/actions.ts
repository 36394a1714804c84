/** The commands' work: each opens the way to the platform, asks, prints, and closes it again. */
import type { ApiCaller } from '../caller/caller.ts'
import { openCaller } from '../caller/open-caller.ts'
import { createArchiveActions } from './archive-actions.ts'
import { createFeedActions } from './feed-actions.ts'
import { createFormActions } from './form-actions.ts'
import { createLimitActions } from './limit-actions.ts'
import type { Actions, GlobalOptions } from './options.ts'
import type { Output } from './output.ts'
import { createPeopleActions } from './people-actions.ts'
import type { RoleName } from '../roles/role.ts'

export interface ActionContext {
  withCaller<T>(
    global: GlobalOptions,
    needs: { readonly engine: boolean },
    work: (caller: ApiCaller) => Promise<T>,
  ): Promise<T>
  toOutput(global: GlobalOptions): Output
  /** For a command that did its work and found something wrong. */
  setExitCode(code: number): void
}

export function createActions(env: NodeJS.ProcessEnv): Actions {
  const context: ActionContext = {
    async withCaller(global, needs, work) {
      const caller = await openCaller(global, env, needs)
      try {
        return await work(caller)
      } finally {
        await caller.close()
      }
    },
    toOutput: (global) => ({ json: global.json, stdout: (text) => process.stdout.write(text) }),
    setExitCode(code) {
      process.exitCode = code
    },
  }
  return {
    ...createPeopleActions(context),
    ...createLimitActions(context),
    ...createFormActions(context),
    ...createFeedActions(context),
    ...createArchiveActions(context),
    async up(global, options) {
      const { runUp } = await import('../supervisor/up.ts')
      await runUp(global, options, env)
    },
    async serve(_global, roles) {
      const { serve } = await import('../roles/serve.ts')
      // commander has refused every other word.
      await serve(roles as readonly RoleName[], env)
    },
    async restart(global, roles) {
      const { restartRoles } = await import('./restart-action.ts')
      await restartRoles(global, roles, context.toOutput(global))
    },
    async doctor(global) {
      const { runDoctor } = await import('../doctor/doctor.ts')
      await runDoctor(global, context)
    },
    async dev(_global, task, rest) {
      const { runTask } = await import('../dev/run-task.ts')
      process.exitCode = await runTask(task, rest, env)
    },
  }
}

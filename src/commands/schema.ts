import { Argument, type Command } from 'commander'
import type { Context } from '../context.js'
import { examples } from './examples.js'

export function registerSchema(program: Command, ctx: Context): void {
  program
    .command('schema')
    .summary('print the JSON Schema of a spec')
    .description(
      'Prints the JSON Schema (draft 2020-12) of cluster.lok8s.yaml or deploy.lok8s.yaml, for editors and validators.',
    )
    .addArgument(new Argument('<spec>', 'which spec').choices(['cluster', 'deploy']))
    .addHelpText(
      'after',
      examples({
        'lo schema cluster > cluster.schema.json': 'for "# yaml-language-server: $schema=…" in a spec',
      }),
    )
    .action(async (spec: 'cluster' | 'deploy') => {
      const { clusterJsonSchema, deployJsonSchema } = await import('../project/index.js')
      const schema = spec === 'cluster' ? clusterJsonSchema() : deployJsonSchema()
      ctx.output.result({ text: JSON.stringify(schema, null, 2), data: { schema } })
    })
}

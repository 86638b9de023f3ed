import type { Hcloud } from '../../hcloud/hcloud.js'
import type { Firewall } from '../../hcloud/resources/firewalls.js'

/** A firewall goes only when it covers nothing: what it is said to cover by labels is taken from it first. */
export async function removeFirewall(firewall: Firewall, hcloud: Hcloud, patience: number): Promise<void> {
  const selectors = firewall.applied_to.flatMap(({ label_selector }) =>
    label_selector
      ? [{ type: 'label_selector' as const, label_selector: { selector: label_selector.selector } }]
      : [],
  )
  const what = `firewall ${firewall.name}`
  if (selectors.length > 0) {
    await hcloud.wait(what, await hcloud.firewalls.removeFrom(firewall, selectors), patience)
  }
  await hcloud.firewalls.remove(firewall)
}

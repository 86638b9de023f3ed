import type { Hcloud } from '../../hcloud/hcloud.js'
import type { Offers } from './offers.js'

/** What Hetzner offers now, and at what price. */
export async function loadOffers({ catalogue }: Pick<Hcloud, 'catalogue'>, image: string): Promise<Offers> {
  const [locations, serverTypes, loadBalancerTypes, images, pricing] = await Promise.all([
    catalogue.locations(),
    catalogue.serverTypes(),
    catalogue.loadBalancerTypes(),
    catalogue.images(image),
    catalogue.pricing(),
  ])
  return { locations, serverTypes, loadBalancerTypes, images, pricing }
}

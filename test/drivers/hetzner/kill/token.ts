/** A token that looks like one, so that nothing else in an output can be taken for it. */
export const token = 'hcloudTokenCanary'.padEnd(64, '7')

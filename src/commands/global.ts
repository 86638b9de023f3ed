/** The flags that every command takes, as commander hands them over. */
export interface GlobalFlags {
  dir?: string
  domain?: string
  kubeconfig?: string
  context?: string
}

/** What is rendered, such as `target "web"`, at the beginning of a sentence. */
export function startWith(subject: string): string {
  return subject.charAt(0).toUpperCase() + subject.slice(1)
}

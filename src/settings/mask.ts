/** A connection url fit for a screen or a log: its password as ***. */
export function maskUrl(url: string): string {
  return url
    .replace(/^([a-z]+:\/\/[^:@/\s]*):.*@/i, '$1:***@')
    .replace(/([?&](?:password|sslpassword)=)[^&]*/gi, '$1***');
}

/** An edit that was made on another state than the present one, or that would leave an annotation that no reader accepts. */
export class EditRefused extends Error {
  override readonly name = 'EditRefused';
}

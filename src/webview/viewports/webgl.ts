export type Rendering = 'gpu' | 'cpu';

/** How this machine can draw: by the CPU where WebGL 2 is missing or refused. */
export function detectRendering(): Rendering {
  const gl = document.createElement('canvas').getContext('webgl2');
  gl?.getExtension('WEBGL_lose_context')?.loseContext();
  return gl ? 'gpu' : 'cpu';
}

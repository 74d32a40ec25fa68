// Plays the extension host inside the page: answers Ready, keeps what the page sends, and remembers its state.
const memory = 'hemorica-test-state';
const received = [];
window.fakeHost = {
  received,
  /** Sends a notification to the page. */
  notify(method, params) {
    window.postMessage({ jsonrpc: '2.0', method, params });
  },
};
const typed = (annotation) =>
  annotation.state === 'shown'
    ? { ...annotation, slices: annotation.slices.map(({ slice, runs }) => ({ slice, runs: Uint32Array.from(runs) })) }
    : annotation;
window.acquireVsCodeApi = () => ({
  postMessage(message) {
    received.push(message);
    if (message.method !== 'view/ready') return;
    void fetch('/ready.json')
      .then((response) => response.json())
      .then((ready) => {
        const annotation = typed(ready.annotation);
        const answer = { ...ready, annotation: { state: 'none' } };
        window.postMessage({ jsonrpc: '2.0', id: message.id, result: answer });
        if (ready.series) window.fakeHost.notify('view/series', { files: ready.series });
        // A mask comes once the page has reported the scan.
        const wait = setInterval(() => {
          if (!received.some(({ method }) => method === 'view/decoded')) return;
          clearInterval(wait);
          if (annotation.state !== 'none') window.fakeHost.notify('view/annotation', annotation);
        }, 20);
      });
  },
  getState: () => JSON.parse(sessionStorage.getItem(memory) ?? 'null') ?? undefined,
  setState: (state) => sessionStorage.setItem(memory, JSON.stringify(state)),
});

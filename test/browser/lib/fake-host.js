// Plays the extension host inside the page: answers Ready, keeps what the page sends, and remembers its state.
const memory = 'hemorica-test-state';
const received = [];
/** Edits that were accepted and not undone, the undone ones, and what the next edit is refused with. */
const done = [];
const undone = [];
let revision = 0;
const inverted = (edit) => ({
  label: edit.label,
  mask: edit.mask.map(({ slice, runs }) => ({
    slice,
    runs: runs.map((_, n) => runs[n % 5 === 3 ? n + 1 : n % 5 === 4 ? n - 1 : n]),
  })),
  fields: [...edit.fields].reverse().map((change) => ({ ...change, before: change.after, after: change.before })),
});
const move = (from, to, turn) => {
  const edit = from.pop();
  if (!edit) return;
  to.push(edit);
  window.fakeHost.notify('edit/applied', { edit: turn(edit), revision: ++revision });
};
window.fakeHost = {
  received,
  done,
  refusal: undefined,
  undo: () => move(done, undone, inverted),
  redo: () => move(undone, done, (edit) => edit),
  /** An edit that another view has made. */
  elsewhere(edit) {
    window.fakeHost.notify('edit/applied', { edit, revision: ++revision });
  },
  /** Puts up what a model proposes (null: nothing), with arrays of plain numbers. */
  propose(shown) {
    const { candidates, decided } = shown?.proposal ?? {};
    const slices = candidates?.slices.map(({ slice, runs, probability, subtype }) => ({
      slice,
      runs: Uint32Array.from(runs),
      probability: Uint8Array.from(probability),
      subtype: Uint8Array.from(subtype),
    }));
    const proposal = shown && {
      ...shown.proposal,
      candidates: { ...candidates, slices },
      decided: decided.map(withRuns),
    };
    window.fakeHost.notify('proposal/changed', { shown: shown && { ...shown, proposal } });
  },
  /** All that has been decided, as lists of { slice, runs }. */
  decided(id, places) {
    window.fakeHost.notify('proposal/decided', { id, decided: places.map(withRuns) });
  },
  /** Sends a notification to the page. */
  notify(method, params) {
    window.postMessage({ jsonrpc: '2.0', method, params });
  },
};
const withRuns = (item) => (item.runs ? { ...item, runs: Uint32Array.from(item.runs) } : item);
const typed = ({ ...annotation }) => {
  if (annotation.state !== 'shown') return annotation;
  const { conflicts } = annotation.fields;
  const fields = conflicts ? { ...annotation.fields, conflicts: conflicts.map(withRuns) } : annotation.fields;
  return { ...annotation, slices: annotation.slices.map(withRuns), fields };
};
window.acquireVsCodeApi = () => ({
  postMessage(message) {
    received.push(message);
    if (message.method === 'edit/apply') {
      const { refusal } = window.fakeHost;
      const error = refusal && { code: 1, message: refusal };
      if (!error) done.push(message.params.edit);
      const answer = error ? { error } : { result: { revision: ++revision } };
      setTimeout(() => window.postMessage({ jsonrpc: '2.0', id: message.id, ...answer }));
      return;
    }
    if (message.method === 'classification/shown') {
      void fetch('/ready.json')
        .then((response) => response.json())
        .then(({ classification }) =>
          window.postMessage({ jsonrpc: '2.0', id: message.id, result: classification ?? null }),
        );
      return;
    }
    if (message.method === 'classification/setLabels') {
      const { refusal } = window.fakeHost;
      const answer = refusal ? { error: { code: 1, message: refusal } } : { result: { changed: true } };
      setTimeout(() => window.postMessage({ jsonrpc: '2.0', id: message.id, ...answer }));
      return;
    }
    if (message.method === 'proposal/decide') {
      const { refusal } = window.fakeHost;
      const answer = refusal ? { error: { code: 1, message: refusal } } : { result: null };
      setTimeout(() => window.postMessage({ jsonrpc: '2.0', id: message.id, ...answer }));
      return;
    }
    if (message.method === 'git/who') {
      const [i, j, k] = message.params.at;
      const result = { who: `Ada at ${i} ${j} ${k}` };
      setTimeout(() => window.postMessage({ jsonrpc: '2.0', id: message.id, result }));
      return;
    }
    if (message.method === 'edit/lineOf' || message.method === 'edit/readerName') {
      const { slice, row } = message.params ?? {};
      const result = message.method === 'edit/lineOf' ? { line: 1000 * slice + row } : { name: 'Jane Doe' };
      setTimeout(() => window.postMessage({ jsonrpc: '2.0', id: message.id, result }));
      return;
    }
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

// In the frame that is painted next; the task after it is behind its painting.
requestAnimationFrame(() => setTimeout(() => performance.mark('empty:first-paint')));

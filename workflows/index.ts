export { holdfastThread } from './thread.js';

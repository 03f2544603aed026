export { holdfastThread } from './thread.js';
export { holdfastDoctorProbe } from './doctor-probe.js';

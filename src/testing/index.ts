export { startAgentRuntime, type AgentRuntime } from './agent-runtime.js';
export { startEphemeralStack, type EphemeralStack, type EphemeralStackOptions } from './ephemeral-stack.js';
export {
  ScriptedChatModel,
  turnNumber,
  type Script,
  type ScriptedCallOptions,
  type ScriptedChatModelOptions,
  type ScriptedToolCall,
  type ScriptedTurn,
} from './scripted-model.js';

export {
  ScriptedChatModel,
  turnNumber,
  type Script,
  type ScriptedCallOptions,
  type ScriptedChatModelOptions,
  type ScriptedToolCall,
  type ScriptedTurn,
} from './scripted-model.js';

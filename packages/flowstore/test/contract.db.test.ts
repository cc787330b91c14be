import { describeFlowStore } from './contract-suite.ts';
import { openPostgresEngine } from './postgres-engine.ts';

describeFlowStore('postgres', openPostgresEngine);

import '@margay/graph/worker';

/** Bounds both sides keep. Bytes are after decompression unless said otherwise. */
export const LIMITS = {
  batchCompressedBytes: 4 << 20,
  batchBytes: 32 << 20,
  batchRows: 50_000,
  batchPeers: 20_000,
  addressSets: 50_000,
  addressesPerSet: 16,
  inventoryCompressedBytes: 16 << 20,
  inventoryBytes: 128 << 20,
} as const;

/** What one parse reads at most. Kubernetes itself stores no object above 1.5 MiB (etcd), so a larger YAML document that is no List is none of its objects. */
export const LIMITS = {
  fileChars: 256 * 1024 * 1024,
  yamlDocumentChars: 2 * 1024 * 1024,
  /** Values that a YAML document has once its aliases are followed. */
  aliasedValues: 100_000,
  aliases: 1_000,
  documents: 50_000,
  /** In one file; after so many it is no file of manifests. */
  unreadableDocuments: 1_000,
  depth: 100,
  listDepth: 4,
} as const;

/** Scenarios in which Margay answers otherwise than np-guard, and why. */
export const DEVIATIONS: Readonly<Record<string, string>> = {
  document_with_syntax_error:
    'np-guard reads a file up to its first malformed document; Margay leaves out that document only, says so, and lists more workloads',
  example_w_err_pods_w_same_owner_and_labels_gap_anp:
    'pods of one owner that a policy tells apart are no error of the API: Margay lists what any of them may do, and says so',
  'semanticDiff-same-topologies-illegal-podlist': 'likewise',
};

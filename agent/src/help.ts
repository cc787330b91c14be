export const HELP = `margay-agent node | cluster | cleanup

  node      observe the connections of this node's pods and send them (root, hostNetwork, hostPID)
  cluster   enrol the cluster and upload its inventory
  cleanup   detach from every pod and remove all that the agent left in this node's kernel and state folder
  --help, --version

Environment
  MARGAY_URL                 origin of the console, e.g. https://margay.example.org
  MARGAY_ROLE                node or cluster, where no argument says so
  MARGAY_INSTALL_TOKEN       cluster: buys the credential, once
  MARGAY_CREDENTIAL_DIR      node: folder with the files id and secret (/etc/margay/credential)
  MARGAY_STATE_DIR           node: batches that the console does not have yet (/var/lib/margay)
  MARGAY_SPOOL_BYTES_MAX     node: most they may take on disk (268435456)
  MARGAY_EXTERNAL_PEERS_MAX  node: outside addresses with a name of their own (2000)
  MARGAY_ENFORCE             node: nftables to enforce NetworkPolicies where the CNI does not; off to observe only (off)
  MARGAY_ON_DENY             node: drop or reject what policies deny (drop)
  MARGAY_ESTABLISHED         node: keep or cut live connections whose allow is withdrawn (keep)
  MARGAY_BPF_DIR             node: folder with flow.bpf.o, where it is not beside the bundle
  NODE_NAME                  this node's name in Kubernetes (the host's name)
  POD_NAMESPACE              the agent's namespace (margay)
  KUBECONFIG                 where the Kubernetes API is; without it the pod's service account
  LOG_LEVEL                  trace, debug, info, warn, error (info)
  HTTP_PROXY, HTTPS_PROXY, NO_PROXY, NODE_EXTRA_CA_CERTS
`;

/** Addresses of the console. All page state lives in them. */
export const paths = {
  signIn: '/sign-in',
  signUp: '/sign-up',
  newOrg: '/new-organisation',
  org: (org: string) => `/o/${org}`,
  connect: (org: string) => `/o/${org}/connect`,
  clusters: (org: string) => `/o/${org}/clusters`,
  members: (org: string) => `/o/${org}/members`,
  audit: (org: string) => `/o/${org}/audit`,
  overview: (org: string, cluster: string) => `/o/${org}/c/${cluster}/overview`,
  clusterConnect: (org: string, cluster: string) => `/o/${org}/c/${cluster}/connect`,
  graph: (org: string, cluster: string) => `/o/${org}/c/${cluster}/graph`,
  flows: (org: string, cluster: string) => `/o/${org}/c/${cluster}/flows`,
  recommendations: (org: string, cluster: string) => `/o/${org}/c/${cluster}/recommendations`,
  recommendation: (org: string, cluster: string, id: string) => `/o/${org}/c/${cluster}/recommendations/${id}`,
} as const;

/** Pages that exist for every cluster, so that switching the cluster keeps the page. */
const CLUSTER_PAGES = ['overview', 'graph', 'flows', 'recommendations', 'connect'] as const;

/** The cluster that an address is about, and which page of it. */
export function clusterOf(pathname: string): { clusterId: string; page: (typeof CLUSTER_PAGES)[number] } | null {
  const match = /^\/o\/[^/]+\/c\/([^/]+)\/([^/]+)/.exec(pathname);
  const page = CLUSTER_PAGES.find((each) => each === match?.[2]);
  return match?.[1] && page ? { clusterId: match[1], page } : null;
}

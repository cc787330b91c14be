import { handleApi } from '../../../../server/handle-api.ts';

export { handleApi as GET, handleApi as POST };

export { AccountPage } from './account-page.tsx';
export { NewOrgForm } from './new-org-form.tsx';
export { SignInForm } from './sign-in-form.tsx';
export { SignUpForm } from './sign-up-form.tsx';

export { RecommendationPage } from './recommendation-page.tsx';
export { RecommendationsPage } from './recommendations-page.tsx';

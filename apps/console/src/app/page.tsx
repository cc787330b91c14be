export default function Home() {
  return <main>Margay</main>;
}

// Preloaded in every child: when the supervisor is killed outright, the channel breaks and the child ends by itself instead of living on unseen.
if (process.channel) {
  process.on('disconnect', () => {
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.exit(1), 5_000).unref();
  });
  process.channel.unref();
}

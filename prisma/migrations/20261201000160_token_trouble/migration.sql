-- What keeps the agent from using what an install token gives, as the agent says it: it has nothing else to say it with.
ALTER TABLE "install_tokens" ADD COLUMN "trouble" TEXT;
GRANT SELECT (trouble), UPDATE (trouble) ON "install_tokens" TO margay_app;

# Azurite, Microsoft's storage emulator, for docker-compose.yml: of the version that the tests use.
#checkov:skip=CKV_DOCKER_7:the tag is in the argument, and a digest can be
ARG NODE_IMAGE=node:22-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts && install -d -o 10001 -g 10001 /data

FROM ${NODE_IMAGE}
COPY --from=build /app/node_modules /app/node_modules
COPY --from=build --chown=10001:10001 /data /data
WORKDIR /data
USER 10001:10001
EXPOSE 10000 10001
HEALTHCHECK --interval=5s --timeout=5s --start-period=20s \
    CMD ["node", "-e", "Promise.all([10000, 10001].map((port) => fetch(`http://127.0.0.1:${port}/`))).catch(() => process.exit(1))"]
# The SDK speaks of a newer version of the service than the emulator knows.
CMD ["node", "/app/node_modules/azurite/dist/src/azurite.js", "--skipApiVersionCheck", "--disableTelemetry", "--silent", "--location", "/data", "--blobHost", "0.0.0.0", "--blobPort", "10000", "--queueHost", "0.0.0.0", "--queuePort", "10001", "--tableHost", "127.0.0.1", "--tablePort", "0"]

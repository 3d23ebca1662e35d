import AsvinPlatform
import AsvinPlatformAPI

/// What devices with our verifier call.
enum DeviceV2 {
  static let routes: [Route] = enrolment + updates + payloads
  /// Seconds after which a device that was told nothing asks again; it adds a random part.
  static let pollInterval = 60
}

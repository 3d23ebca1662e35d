import AsvinCrypto
import AsvinHost
import AsvinPlatformAPI

/// The places of a device's slots, as an operator names them at the enrolment.
package struct EnrolledPlaces: Sendable {
  package var pairs: [SlotPair]
  /// The sizes of the running images in bytes. Without a size, the image is the complete place.
  package var sizes: [UInt64: UInt64]
  /// The hooks that report the running bank.
  package var hooks: DeviceHooks

  package init(_ pairs: [SlotPair], sizes: [UInt64: UInt64], hooks: DeviceHooks) {
    (self.pairs, self.sizes, self.hooks) = (pairs, sizes, hooks)
  }

  /// Reads the running images in their places. Nothing is written there.
  ///
  /// - Parameter image: the image that the first slot has; `nil` if it is not given.
  /// - Throws: ``Failure``.
  func factory(
    version: String, matching image: [UInt8]?
  ) async throws -> (running: SlotSet, factory: DeviceIdentity.Factory) {
    try DeviceIdentity.check(pairs)
    let running = try await RunningBank.find(pairs, hooks)
    let ordered = pairs.sorted { $0.slot < $1.slot }
    for slot in sizes.keys where !ordered.contains(where: { $0.slot == slot }) {
      throw Failure(.usage, "slot \(slot) has a size and no place", hint: "name its places with --slot")
    }
    var images: [DeviceIdentity.FactoryImage] = []
    for pair in ordered {
      let place = SlotPlace(path: pair[running], room: nil)
      let isFirst = images.isEmpty
      let size = try (isFirst ? image.map { UInt64($0.count) } : nil) ?? sizes[pair.slot] ?? place.capacity()
      guard let digest = try place.digest(upTo: size) else {
        throw Failure(
          .usage, "'\(place.path)' is shorter than its image of \(size) bytes",
          hint: "check --image-size and --image")
      }
      if isFirst, let image, SHA256.digest(of: image.span).hexadecimal != digest {
        throw Failure(
          .rejected, "'\(place.path)' in the running bank \(running.rawValue) does not begin with the given image",
          hint: "give the image that was written there, or omit --image")
      }
      images.append(DeviceIdentity.FactoryImage(slot: pair.slot, size: size, digest: digest))
    }
    guard let first = images.first else { throw Failure(.usage, "no place is given", hint: "give --slot") }
    return (
      running, DeviceIdentity.Factory(version: version, size: first.size, digest: first.digest, images: images)
    )
  }
}

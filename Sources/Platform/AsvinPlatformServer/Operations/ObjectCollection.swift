import AsvinCrypto
import AsvinManifest
import AsvinPlatform

/// The collection of objects that no firmware and no upload uses.
struct ObjectCollection {
  let store: any PlatformStore
  let objects: any ObjectStore
  let locks: UploadLocks

  /// Finds the unused objects.
  ///
  /// - Parameter removes: whether they are removed. An object whose bundle is being published is left alone.
  func run(removes: Bool) async throws -> UnusedObjects {
    var report = UnusedObjects()
    report.isRemoved = removes
    for object in try await objects.storedObjects() {
      report.objects += 1
      report.bytes += object.size
      guard let digest = Digest(hexadecimal: object.digest), try await !store.isUsed(object: digest) else { continue }
      guard removes else {
        report.unused.append(object)
        continue
      }
      let isRemoved = try await locks.ifFree(.bundle(object.digest)) {
        // A publication may have ended since.
        guard try await !store.isUsed(object: digest) else { return false }
        try await objects.remove(digest)
        return true
      }
      if isRemoved == true { report.unused.append(object) }
    }
    return report
  }
}

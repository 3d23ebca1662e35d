import AsvinPlatform
import AsvinPlatformAPI
import FoundationEssentials
import Logging
import ServiceLifecycle

/// Removes abandoned uploads, so that their bytes do not fill the disk.
struct UploadCleaning: Service {
  let store: any PlatformStore
  let objects: any ObjectStore
  let clock: @Sendable () -> Instant
  let logger: Logger

  func run() async throws {
    while !Task.isCancelled, !Task.isShuttingDownGracefully {
      do {
        let removed = try await clean(diskTime: Instant(Int64(Date.now.timeIntervalSince1970)))
        if removed > 0 { logger.notice("abandoned uploads were removed", metadata: ["count": "\(removed)"]) }
      } catch {
        logger.error("abandoned uploads were not removed", metadata: ["error": "\(error)"])
      }
      try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(600)) }  // woken by the shutdown
    }
  }

  /// Removes the abandoned uploads.
  ///
  /// - Parameter diskTime: the time by the clock of the file system.
  /// - Returns: the number of uploads removed.
  func clean(diskTime: Instant) async throws -> Int {
    let spooled = Dictionary(try await objects.spooledUploads().map { ($0.upload, $0.changed) }) { $1 }
    var (known, removed) = (Set<ID<Upload>>(), 0)
    for workspace in try await store.workspaces() {
      let (uploads, retention) = try await store.read(in: workspace.id) { (try $0.uploads(), try $0.retention()) }
      for upload in uploads {
        known.insert(upload.id)
        let silence =
          spooled[upload.id].map { diskTime.seconds - $0.seconds } ?? (clock().seconds - upload.created.seconds)
        guard silence > retention.uploadSeconds else { continue }
        try await objects.discard(upload.id)
        let now = clock()
        try await store.write(in: workspace.id) { rows in
          try rows.remove(upload.id)
          try rows.record(.expireUpload, "upload \(upload.id.value)", upload.details, by: "platform", at: now)
        }
        removed += 1
      }
    }
    for (upload, changed) in spooled
    where !known.contains(upload) && diskTime.seconds - changed.seconds > PlatformLimit.orphanSeconds {
      try await objects.discard(upload)
      removed += 1
    }
    return removed
  }
}

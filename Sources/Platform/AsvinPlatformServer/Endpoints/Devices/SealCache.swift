import AsvinHost
import AsvinBundle
import AsvinCrypto
import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import HTTPTypes

/// Caches sealed streams. Sealing reads a payload from its end; concurrent requests wait for the same computation.
actor SealCache {
  private var streams: [String: Task<SealedStream, any Error>] = [:]
  private var order: [(name: String, links: UInt64)] = []

  func stream(
    of source: any ByteSource & Sendable, _ digest: Digest, _ seal: Payload.Seal
  ) async throws -> SealedStream {
    let name = "\(digest.hexadecimal) \(seal.chunk)"
    if let known = streams[name] { return try await known.value }
    let task = Task.detached {
      let stream = try await Workers.digests.run { try SealedStream(source, chunk: seal.chunk) }
      // The manifest has the first link. Every device would refuse another one.
      guard stream.seal == seal else {
        throw Refusal(status: .serviceUnavailable, message: "the sealed stream does not match the manifest")
      }
      return stream
    }
    streams[name] = task
    order.append((name, source.size >> seal.chunk + 1))
    while order.count > 1, order.reduce(0, { $0 + $1.links }) > PlatformLimit.sealedLinks {
      streams[order.removeFirst().name] = nil
    }
    do {
      return try await task.value
    } catch {
      streams[name] = nil
      throw error
    }
  }
}

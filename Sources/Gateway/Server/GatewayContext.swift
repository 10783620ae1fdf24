import Hummingbird
import HummingbirdCore

/// What is known of a request before it is looked at.
struct GatewayContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Where it comes from.
    let address: String

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        address = source.channel.remoteAddress?.ipAddress ?? ""
    }
}

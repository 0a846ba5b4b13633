/// app/store/records.cpp: names of the stored enumerations, as they appear in exports.
#include "app/store/records.h"

#include <array>

namespace soliloquy::store {
namespace {

template <typename Enum, size_t n>
std::string_view name_in(const std::array<std::string_view, n>& names, Enum value) noexcept {
    const auto index = static_cast<size_t>(value);
    return index < n ? names[index] : "unknown";
}

template <typename Enum, size_t n>
std::optional<Enum> find_in(const std::array<std::string_view, n>& names, std::string_view name) noexcept {
    for (size_t i = 0; i < n; ++i) {
        if (names[i] == name) return static_cast<Enum>(i);
    }
    return std::nullopt;
}

constexpr std::array<std::string_view, 4> kRoles = {"system", "user", "assistant", "tool"};
constexpr std::array<std::string_view, 5> kPartKinds = {"reasoning", "text", "error", "tool_call", "attachment"};
constexpr std::array<std::string_view, 7> kStatuses = {"finished", "streaming", "stopped", "interrupted", "unfinished", "error", "cut"};
constexpr std::array<std::string_view, 5> kClosers = {"nobody", "model", "tool", "user", "budget"};
constexpr std::array<std::string_view, 6> kOrigins = {"sampled", "edited", "injected", "forced_close", "budget", "prompt"};

}  // namespace

std::string_view role_name(Role role) noexcept { return name_in(kRoles, role); }
std::string_view part_kind_name(PartKind kind) noexcept { return name_in(kPartKinds, kind); }
std::string_view status_name(MessageStatus status) noexcept { return name_in(kStatuses, status); }
std::string_view closed_by_name(ClosedBy closed_by) noexcept { return name_in(kClosers, closed_by); }
std::string_view origin_name(Origin origin) noexcept { return name_in(kOrigins, origin); }
std::optional<Role> role_from_name(std::string_view name) noexcept { return find_in<Role>(kRoles, name); }
std::optional<PartKind> part_kind_from_name(std::string_view name) noexcept { return find_in<PartKind>(kPartKinds, name); }
std::optional<MessageStatus> status_from_name(std::string_view name) noexcept { return find_in<MessageStatus>(kStatuses, name); }
std::optional<ClosedBy> closed_by_from_name(std::string_view name) noexcept { return find_in<ClosedBy>(kClosers, name); }

void TokenColumns::append(const TokenColumns& more) {
    const auto add = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
    add(id, more.id);
    add(origin, more.origin);
    add(time_ms, more.time_ms);
    add(logprob, more.logprob);
    add(entropy, more.entropy);
    add(byte_count, more.byte_count);
    bytes += more.bytes;
    add(alternative_count, more.alternative_count);
    add(alternative_id, more.alternative_id);
    add(alternative_logprob, more.alternative_logprob);
}

void TokenColumns::clear() { *this = {}; }

std::string Message::text_of(PartKind kind) const {
    std::string text;
    for (const Part& part : parts) {
        if (part.kind != kind || part.text.empty()) continue;
        if (!text.empty()) text += "\n\n";
        text += part.text;
    }
    return text;
}

}  // namespace soliloquy::store

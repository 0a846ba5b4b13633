/// app/export/json_import.cpp: reads what json_export.cpp writes; everything is checked before it is believed.
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>
#include <unordered_set>

#include "app/export/base64.h"
#include "app/export/conversation_export.h"

namespace soliloquy {
namespace {

using Json = nlohmann::json;
using store::StoreError;
using store::StoreErrorCode;

constexpr size_t kMaxDocumentBytes = 1ull << 30;
constexpr int kMaxDepth = 32;
constexpr size_t kMaxAlternatives = 64;

[[noreturn]] void wrong(const std::string& key, const std::string& expected) {
    throw StoreError{StoreErrorCode::invalid, "The file cannot be imported: \"" + key + "\" should be " + expected};
}

const Json& member(const Json& json, const char* key) {
    const auto found = json.find(key);
    if (found == json.end()) wrong(key, "there");
    return *found;
}

std::string text(const Json& json, const char* key) {
    const Json& value = member(json, key);
    if (!value.is_string()) wrong(key, "a text");
    return value.get<std::string>();
}

bool truth(const Json& json, const char* key) {
    const Json& value = member(json, key);
    if (!value.is_boolean()) wrong(key, "true or false");
    return value.get<bool>();
}

template <typename T>
T whole(const Json& json, const char* key) {
    const Json& value = member(json, key);
    if (!value.is_number_integer()) wrong(key, "a whole number");
    if (!value.is_number_unsigned()) wrong(key, "a whole number that is not negative");
    const auto number = value.get<uint64_t>();
    if (number > static_cast<uint64_t>(std::numeric_limits<T>::max())) wrong(key, "a smaller number");
    return static_cast<T>(number);
}

const Json& list(const Json& json, const char* key) {
    const Json& value = member(json, key);
    if (!value.is_array()) wrong(key, "a list");
    return value;
}

const Json& object(const Json& json, const char* key) {
    const Json& value = member(json, key);
    if (!value.is_object()) wrong(key, "an object");
    return value;
}

template <typename Enum>
Enum named(const Json& json, const char* key, std::optional<Enum> (*from_name)(std::string_view) noexcept) {
    const auto value = from_name(text(json, key));
    if (!value) wrong(key, "one of the names of the format");
    return *value;
}

template <typename T>
std::vector<T> column(const Json& json, const char* key, size_t expected) {
    const Json& values = list(json, key);
    if (values.size() != expected) wrong(key, "a list of " + std::to_string(expected) + " numbers");
    std::vector<T> numbers;
    numbers.reserve(expected);
    for (const Json& value : values) {
        if constexpr (std::is_floating_point_v<T>) {
            if (!value.is_number() && !value.is_null()) wrong(key, "a list of numbers");
            numbers.push_back(value.is_null() ? -std::numeric_limits<T>::infinity() : static_cast<T>(value.get<double>()));
        } else {
            if (!value.is_number_unsigned() || value.get<uint64_t>() > std::numeric_limits<T>::max()) wrong(key, "a list of small numbers");
            numbers.push_back(static_cast<T>(value.get<uint64_t>()));
        }
    }
    return numbers;
}

store::TokenColumns tokens_of(const Json& json) {
    store::TokenColumns tokens;
    const size_t n = list(json, "id").size();
    tokens.id = column<uint32_t>(json, "id", n);
    tokens.origin = column<uint8_t>(json, "origin", n);
    tokens.time_ms = column<uint32_t>(json, "t_ms", n);
    tokens.logprob = column<float>(json, "logprob", n);
    tokens.entropy = column<float>(json, "entropy", n);
    tokens.byte_count = column<uint32_t>(json, "byte_count", n);
    const auto bytes = from_base64(text(json, "bytes"));
    if (!bytes || bytes->size() != std::accumulate(tokens.byte_count.begin(), tokens.byte_count.end(), uint64_t{0})) {
        wrong("bytes", "base64 of as many bytes as byte_count says");
    }
    tokens.bytes = *bytes;
    tokens.alternative_count = column<uint8_t>(json, "alt_count", n);
    const auto alternatives = std::accumulate(tokens.alternative_count.begin(), tokens.alternative_count.end(), size_t{0});
    if (alternatives > n * kMaxAlternatives) wrong("alt_count", "at most 64 per token");
    tokens.alternative_id = column<uint32_t>(json, "alt_id", alternatives);
    tokens.alternative_logprob = column<float>(json, "alt_logprob", alternatives);
    return tokens;
}

store::Part part_of(const Json& json, size_t n_tokens) {
    store::Part part;
    part.kind = named(json, "kind", store::part_kind_from_name);
    part.text = text(json, "text");
    part.token_begin = whole<uint32_t>(json, "token_begin");
    part.token_end = whole<uint32_t>(json, "token_end");
    if (part.token_begin > part.token_end || (n_tokens > 0 && part.token_end > n_tokens)) wrong("token_end", "inside the tokens");
    for (const Json& name : list(json, "origins")) {
        bool known = false;
        for (uint32_t i = 0; i <= static_cast<uint32_t>(store::Origin::prompt); ++i) {
            const auto origin = static_cast<store::Origin>(i);
            if (name.is_string() && name.get_ref<const std::string&>() == store::origin_name(origin)) {
                part.origins |= store::origin_bit(origin);
                known = true;
            }
        }
        if (!known) wrong("origins", "a list of names of the format");
    }
    return part;
}

ExportedMessage message_of(const Json& json) {
    ExportedMessage one;
    store::Message& message = one.message;
    if (json.contains("tokens")) one.tokens = tokens_of(object(json, "tokens"));
    one.active = truth(json, "active");
    message.id = whole<int64_t>(json, "id");
    message.parent = whole<int64_t>(json, "parent");
    message.role = named(json, "role", store::role_from_name);
    message.status = named(json, "status", store::status_from_name);
    message.created = whole<int64_t>(json, "created");
    message.model_name = text(json, "model");
    message.model_hash = text(json, "model_hash");
    message.thought_closed_by = named(json, "thought_closed_by", store::closed_by_from_name);
    message.prompt_opens_thought = truth(json, "prompt_opens_thought");
    const Json& counters = object(json, "counters");
    const Json& speed = member(counters, "tokens_per_second");
    if (!speed.is_number()) wrong("tokens_per_second", "a number");
    message.counters = {.prompt_tokens = whole<uint32_t>(counters, "prompt_tokens"),
                        .tokens = whole<uint32_t>(counters, "tokens"),
                        .thought_tokens = whole<uint32_t>(counters, "thought_tokens"),
                        .thought_ms = static_cast<uint64_t>(whole<int64_t>(counters, "thought_ms")),
                        .answer_ms = static_cast<uint64_t>(whole<int64_t>(counters, "answer_ms")),
                        .tokens_per_second = speed.get<double>()};
    for (const Json& part : list(json, "parts")) message.parts.push_back(part_of(part, one.tokens.size()));
    return one;
}

ExportedConversation conversation_of(const Json& json) {
    ExportedConversation exported;
    exported.conversation = {.title = text(json, "title"),
                             .title_by_user = truth(json, "title_by_user"),
                             .pinned = truth(json, "pinned"),
                             .created = whole<int64_t>(json, "created"),
                             .updated = whole<int64_t>(json, "updated"),
                             .model = text(json, "model"),
                             .settings = object(json, "settings").dump()};
    std::unordered_set<store::MessageId> known = {0};
    for (const Json& entry : list(json, "messages")) {
        exported.messages.push_back(message_of(entry));
        const store::Message& message = exported.messages.back().message;
        if (!known.contains(message.parent)) wrong("parent", "the id of a message before this one, or 0");
        if (!known.insert(message.id).second) wrong("id", "different from all others, and not 0");
    }
    return exported;
}

/// Nesting is checked before parsing: the parser and the destructor of a document go as deep as it is.
bool too_deep(std::string_view json) {
    int depth = 0;
    bool in_text = false;
    for (size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (in_text) {
            if (c == '\\') ++i;
            if (c == '"') in_text = false;
        } else if (c == '"') {
            in_text = true;
        } else if (c == '[' || c == '{') {
            if (++depth > kMaxDepth) return true;
        } else if (c == ']' || c == '}') {
            --depth;
        }
    }
    return false;
}

}  // namespace

store::StoreResult<std::vector<ExportedConversation>> from_json(std::string_view json) {
    try {
        if (json.size() > kMaxDocumentBytes || too_deep(json)) {
            return StoreError{StoreErrorCode::invalid, "The file cannot be imported: it is too large or nested too deep"};
        }
        const Json document = Json::parse(json, nullptr, false);
        if (!document.is_object()) return StoreError{StoreErrorCode::invalid, "The file cannot be imported: it is not JSON"};
        if (text(document, "schema") != "soliloquy.conversations/1") wrong("schema", "soliloquy.conversations/1");
        std::vector<ExportedConversation> conversations;
        for (const Json& entry : list(document, "conversations")) conversations.push_back(conversation_of(entry));
        return conversations;
    } catch (const StoreError& error) {
        return error;
    } catch (const std::exception& failure) {
        return StoreError{StoreErrorCode::invalid, std::string("The file cannot be imported: ") + failure.what()};
    }
}

}  // namespace soliloquy

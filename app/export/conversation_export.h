/// app/export/conversation_export.h: one conversation, or all, as Markdown or JSON, for people and for programs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/store/conversation_store.h"

namespace soliloquy {

enum class ExportFormat : uint8_t { markdown, json };

struct ExportOptions {
    bool thoughts = true;
    bool all_branches = true;  ///< JSON only: Markdown tells the active branch
    bool tokens = false;       ///< JSON only: token columns; left out where thoughts are left out, because they retell them
};

/// A conversation with what an export may need of it.
struct ExportedMessage {
    store::Message message{};
    store::TokenColumns tokens{};
    bool active = true;  ///< on the active branch
    bool operator==(const ExportedMessage&) const;
};
struct ExportedConversation {
    store::Conversation conversation{};
    std::vector<ExportedMessage> messages{};  ///< parents before children
};

/// Reads it from the store. Errors: not_found, io.
[[nodiscard]] store::StoreResult<ExportedConversation> gather(const store::ConversationStore& store, store::ConversationId id,
                                                              const ExportOptions& options);
[[nodiscard]] std::string to_markdown(const ExportedConversation& conversation, const ExportOptions& options);
/// A document of schema "soliloquy.conversations/1": see json_export.cpp.
[[nodiscard]] std::string to_json(const std::vector<ExportedConversation>& conversations, const ExportOptions& options);
/// The inverse of to_json(); the message of an Error names the key. Bounded: hostile input is an error.
[[nodiscard]] store::StoreResult<std::vector<ExportedConversation>> from_json(std::string_view json);
/// Adds it to the store under new ids and returns the new conversation.
store::StoreResult<store::ConversationId> import_conversation(store::ConversationStore& store, const ExportedConversation& conversation);

/// Everything in one text: `id` 0 = all conversations, newest change first.
[[nodiscard]] store::StoreResult<std::string> export_conversations(const store::ConversationStore& store, store::ConversationId id,
                                                                   ExportFormat format, const ExportOptions& options);

}  // namespace soliloquy

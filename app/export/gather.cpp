/// app/export/gather.cpp: from the store to what an export is made of, and back.
#include <unordered_map>
#include <unordered_set>

#include "app/export/conversation_export.h"

namespace soliloquy {

using store::StoreError;
using store::StoreErrorCode;
using store::StoreResult;

StoreResult<ExportedConversation> gather(const store::ConversationStore& store, store::ConversationId id, const ExportOptions& options) {
    ExportedConversation exported;
    auto conversation = store.conversation(id);
    if (!conversation.ok()) return conversation.error();
    exported.conversation = std::move(*conversation);
    const auto path = store.active_path(id);
    if (!path.ok()) return path.error();
    std::unordered_set<store::MessageId> active;
    for (const store::Message& message : *path) active.insert(message.id);
    auto messages = options.all_branches ? store.all_messages(id) : path;
    if (!messages.ok()) return messages.error();
    for (store::Message& message : *messages) {
        ExportedMessage one{.message = std::move(message)};
        one.active = active.contains(one.message.id);
        if (options.tokens && options.thoughts) {
            auto tokens = store.tokens(one.message.id);
            if (!tokens.ok()) return tokens.error();
            one.tokens = std::move(*tokens);
        }
        if (!options.thoughts) {
            std::erase_if(one.message.parts, [](const store::Part& part) { return part.kind == store::PartKind::reasoning; });
        }
        exported.messages.push_back(std::move(one));
    }
    return exported;
}

StoreResult<store::ConversationId> import_conversation(store::ConversationStore& store, const ExportedConversation& conversation) {
    const auto id = store.create_conversation(conversation.conversation);
    if (!id.ok()) return id;
    std::unordered_map<store::MessageId, store::MessageId> renamed = {{0, 0}};
    store::MessageId last_active = 0;
    for (const ExportedMessage& one : conversation.messages) {
        const auto parent = renamed.find(one.message.parent);
        if (parent == renamed.end()) return StoreError{StoreErrorCode::invalid, "A message comes before the one it answers"};
        store::Message message = one.message;
        message.conversation = *id;
        message.parent = parent->second;
        // Nothing writes an imported message any more.
        if (message.status == store::MessageStatus::streaming) message.status = store::MessageStatus::interrupted;
        const auto added = store.add_message(message, one.tokens);
        if (!added.ok()) return added.error();
        renamed[one.message.id] = *added;
        if (one.active) last_active = *added;
    }
    if (last_active != 0) {
        if (const auto activated = store.activate(last_active); !activated.ok()) return activated.error();
    }
    return id;
}

StoreResult<std::string> export_conversations(const store::ConversationStore& store, store::ConversationId id, ExportFormat format,
                                              const ExportOptions& options) {
    std::vector<ExportedConversation> all;
    std::vector<store::ConversationId> wanted = {id};
    if (id == 0) {
        wanted.clear();
        const auto list = store.conversations();
        if (!list.ok()) return list.error();
        for (const store::Conversation& conversation : *list) wanted.push_back(conversation.id);
    }
    for (const store::ConversationId one : wanted) {
        auto gathered = gather(store, one, options);
        if (!gathered.ok()) return gathered.error();
        all.push_back(std::move(*gathered));
    }
    if (format == ExportFormat::json) return to_json(all, options);
    std::string text;
    for (const ExportedConversation& conversation : all) {
        if (!text.empty()) text += "\n\n";
        text += to_markdown(conversation, options);
    }
    return text;
}

}  // namespace soliloquy

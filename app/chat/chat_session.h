/// app/chat/chat_session.h: the conversation on the desk: what is shown, what is written now, and every command of the user on it.
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QString>
#include <QTimer>
#include <QVector>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "app/chat/chat_settings.h"
#include "app/chat/clock.h"
#include "app/store/conversation_store.h"
#include "engine/engine.h"

namespace soliloquy {

class GenerationWorker;
struct GenerationDelta;
struct GenerationEnd;

/// In the place of open_engine(): tests give a scripted one.
using EngineOpener = std::function<Result<std::shared_ptr<Engine>>(const std::filesystem::path&, const LoadOptions&)>;

enum class ChatState : uint8_t {
    idle,
    loading_model,   ///< load_progress() tells how far
    reading_prompt,  ///< prompt_progress() tells how far
    thinking,
    answering,
    stopping,  ///< a stop was asked for and takes effect after the current token
    error,     ///< the last turn failed: the message has an error part; any command leaves this state
};
[[nodiscard]] const char* chat_state_name(ChatState state) noexcept;  ///< "idle", "loading_model", ...

/// A part of a message as the window shows it.
struct PartView {
    store::PartKind kind = store::PartKind::text;
    QString text{};
    bool open = false;     ///< text may still be appended
    uint32_t origins = 0;  ///< store::origin_bit(): edited or forced text is marked
    uint32_t token_begin = 0, token_end = 0;
};

struct MessageView {
    store::MessageId id = 0;
    store::Role role = store::Role::user;
    store::MessageStatus status = store::MessageStatus::finished;
    store::ClosedBy thought_closed_by = store::ClosedBy::nobody;
    QVector<PartView> parts{};
    store::Counters counters{};  ///< live while streaming; thought_ms and answer_ms run on the injected clock
    QString model_name{};
    qint64 created_ms = 0;  ///< Unix time
    int sibling_index = 0, sibling_count = 1;
    /// What the amber bar, the menu and the Retry button go by.
    bool can_continue_thinking = false;  ///< stopped, interrupted or unfinished inside its thought
    bool can_answer_from_here = false;   ///< the same, when the thought can be closed
    bool can_continue_answer = false;    ///< stopped, interrupted or cut in its answer
    bool can_retry = false;              ///< has an error part, or is an assistant's
};

struct LoadProgress {
    float fraction = 0.0f;
    QString file{};
};

struct ContextMeter {
    uint32_t used = 0;    ///< tokens of the history as it would be sent, by the model's own tokenizer
    uint32_t length = 0;  ///< of the context; 0 = no model is loaded
    bool known = false;
};

/// Lives on the GUI thread. Owns the engine thread. The store and the clock outlive it.
class ChatSession : public QObject {
    Q_OBJECT
  public:
    struct Setup {
        store::ConversationStore* store = nullptr;
        EngineOpener open_engine;
        const Clock* clock = &system_clock();
        std::filesystem::path model;  ///< opened at the first message, or by load_model()
        LoadOptions load;             ///< device, threads, context length; progress is set by the session
        int flush_interval_ms = 33;
        int checkpoint_interval_ms = 500;
    };
    explicit ChatSession(Setup setup, QObject* parent = nullptr);
    ~ChatSession() override;  ///< stops, stores what came, joins the engine thread

    // ---- what is shown
    [[nodiscard]] ChatState state() const noexcept { return state_; }
    [[nodiscard]] bool busy() const noexcept;  ///< loading, reading, thinking, answering or stopping
    [[nodiscard]] store::ConversationId conversation() const noexcept { return conversation_; }  ///< 0 = a new chat without messages
    [[nodiscard]] QString title() const { return title_; }
    [[nodiscard]] const QVector<MessageView>& messages() const noexcept { return messages_; }  ///< the active branch
    [[nodiscard]] int index_of(store::MessageId id) const noexcept;                            ///< -1 when not on the active branch
    /// The message that is being written; 0 = none. It may belong to a conversation that is not shown.
    [[nodiscard]] store::MessageId streaming_message() const noexcept { return live_.id; }
    [[nodiscard]] store::ConversationId streaming_conversation() const noexcept { return live_conversation_; }
    [[nodiscard]] LoadProgress load_progress() const { return load_progress_; }
    [[nodiscard]] PromptProgress prompt_progress() const noexcept { return prompt_progress_; }
    [[nodiscard]] ContextMeter context_meter() const noexcept { return context_meter_; }
    [[nodiscard]] const ChatSettings& settings() const noexcept { return settings_; }  ///< of the conversation on the desk
    [[nodiscard]] std::optional<ModelInfo> model_info() const { return model_info_; }  ///< nullopt until loaded
    [[nodiscard]] std::filesystem::path model_path() const { return setup_.model; }
    [[nodiscard]] bool thought_can_be_closed() const noexcept { return state_ == ChatState::thinking; }

    // ---- the model
    void load_model();  ///< in advance; without effect when it is loaded or loading
    void cancel_load();
    /// Another file or device: takes effect at the next load; unloads the present one when nothing is generated.
    void set_model(const std::filesystem::path& file, Device device);

    // ---- conversations (a list is read from the store after conversations_changed())
    void new_conversation();
    bool open_conversation(store::ConversationId id);
    void rename_conversation(store::ConversationId id, const QString& title);
    void set_pinned(store::ConversationId id, bool pinned);
    void delete_conversation(store::ConversationId id);  ///< hidden; stops it if it is being written
    void undo_delete(store::ConversationId id);
    void purge_deleted();  ///< at exit, or when the offer to undo is gone: really deletes
    void set_settings(const ChatSettings& settings);
    void save_draft(const QString& text);
    [[nodiscard]] QString draft() const;

    // ---- a turn. False: not possible now (busy, empty, unknown message); nothing changed.
    bool send(const QString& text);
    void stop();  ///< what was written stays; also cancels a load that a message waits for (then the message offers Retry)
    bool regenerate(store::MessageId assistant);  ///< a new sibling; the old one stays a branch
    bool edit(store::MessageId user, const QString& text);
    bool continue_thinking(store::MessageId assistant);
    bool answer_from_here(store::MessageId assistant);
    bool continue_answer(store::MessageId assistant);
    void answer_now();                       ///< ends the thought at the next line end; a second call while it is still open: at once
    bool retry(store::MessageId assistant);  ///< same as regenerate, but also when the first try has no token
    bool switch_branch(store::MessageId message, int sibling_index);
    bool forget_thought(store::MessageId assistant);

    /// Counts the history plus `draft` in the background; context_meter_changed() follows. Nothing happens without a loaded model.
    void update_context_meter(const QString& draft);
    /// The prompt as the model would see it now, in the background: preview_ready().
    void request_preview();

    // ---- copying. An answer's text never holds a byte of a thought.
    [[nodiscard]] QString answer_text(store::MessageId id) const;
    [[nodiscard]] QString thought_text(store::MessageId id) const;

  Q_SIGNALS:
    void state_changed();
    void conversations_changed();  ///< the list, a title, a pin or an order
    void conversation_opened();    ///< another conversation (or none) is on the desk
    void messages_reset();         ///< messages() is another list: a conversation was opened or a branch was switched
    void message_added(int index);
    void message_changed(int index);       ///< status, counters, siblings or the number of parts; not the text of parts
    void part_added(int index, int part);  ///< its text may already hold something
    void part_appended(int index, int part, const QString& added);  ///< at most once per flush and part
    void load_progress_changed();
    void prompt_progress_changed();
    void model_changed();  ///< loaded, unloaded or another was chosen
    void settings_changed();
    void context_meter_changed();
    void preview_ready(const QString& text, uint tokens);
    void turn_finished(qlonglong message);
    /// Something that belongs to no message: the store cannot be written, a model cannot be loaded in advance.
    void trouble(const QString& what, const QString& details);

  private:
    enum class TurnKind : uint8_t { fresh, continuation, close_thought };
    bool begin_turn(store::MessageId parent, const std::optional<QString>& question);
    bool resume(store::MessageId assistant, TurnKind kind);
    void start_generation(const GenerateRequest& request);
    [[nodiscard]] GenerateRequest request_for(store::MessageId assistant) const;
    void reload_messages();
    void show(const store::Message& message);
    void flush();
    void apply(const GenerationDelta& delta);
    void append_text(store::PartKind kind, const QString& text, bool begins_part, uint32_t token_index, uint32_t origins);
    void checkpoint();
    void finish_turn(const GenerationEnd& end);
    void fail_turn(const Error& error);
    void update_times(int64_t now_ms);
    void set_state(ChatState state);
    void take_title(const QString& text, bool final_title);
    void report(const store::StoreError& error);
    void emit_live_changed();
    [[nodiscard]] bool live_is_shown() const noexcept;

    Setup setup_;
    std::unique_ptr<GenerationWorker> worker_;
    QTimer flush_timer_;
    ChatState state_ = ChatState::idle;
    store::ConversationId conversation_ = 0;
    QString title_{};
    ChatSettings settings_;
    QVector<MessageView> messages_{};
    LoadProgress load_progress_;
    PromptProgress prompt_progress_;
    ContextMeter context_meter_;
    std::optional<ModelInfo> model_info_{};

    // the turn that is being written
    MessageView live_;  ///< id 0 = none
    store::ConversationId live_conversation_ = 0;
    store::StreamChunk pending_{};  ///< not yet in the store
    bool close_asked_ = false;
    int64_t last_checkpoint_ms_ = 0;
};

}  // namespace soliloquy

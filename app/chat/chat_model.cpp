/// app/chat/chat_model.cpp: the model on the desk: opened, closed, changed for another, and what is kept for each one.
#include <utility>

#include "app/chat/chat_session.h"
#include "app/chat/generation_worker.h"

namespace soliloquy {
namespace {

constexpr const char* kDefaultSettings = "chat.default_settings";

bool same_load(const LoadOptions& a, const LoadOptions& b) {
    return a.device == b.device && a.which_device == b.which_device && a.gpu_layers == b.gpu_layers && a.cpu_experts == b.cpu_experts &&
           a.threads == b.threads && a.context_length == b.context_length && a.exact == b.exact &&
           a.reasoning_profile == b.reasoning_profile;
}

}  // namespace

void ChatSession::load_model() {
    if (stale_load_) load_wanted_ = true;  // begins when the cancelled one has ended
    if (model_info_ || busy() || load_posted_) return;
    load_posted_ = true;
    worker_->load();
}

void ChatSession::cancel_load() {
    if (state_ != ChatState::loading_model) return;
    turn_.message != 0 ? stop() : worker_->cancel_load();
}

void ChatSession::load_began() {
    load_progress_ = {.fraction = 0.0f, .file = QString::fromStdString(setup_.model.filename().string())};
    if (turn_.message == 0 || !turn_.stop_asked) set_state(ChatState::loading_model);
    Q_EMIT load_progress_changed();
}

void ChatSession::load_ended(const Result<ModelInfo>& loaded) {
    load_posted_ = false;
    const bool stale = std::exchange(stale_load_, false) || (loaded.ok() && loaded->path != setup_.model);
    if (stale && turn_.message == 0) {
        set_state(ChatState::idle);
        if (std::exchange(load_wanted_, false)) load_model();
        return;
    }
    if (loaded.ok() && !stale) {
        model_info_ = *loaded;
        model_names_[setup_.model] = loaded->name;
        load_progress_.fraction = 1.0f;
        Q_EMIT load_progress_changed();
        Q_EMIT model_changed();
    }
    if (turn_.message != 0) {  // the turn that waited goes on, or ends with the error
        if (loaded.ok() && !turn_.stop_asked) set_state(ChatState::reading_prompt);
        return;
    }
    set_state(ChatState::idle);
    if (loaded.ok()) {
        update_context_meter({});
    } else if (loaded.error().code != ErrorCode::cancelled) {
        Q_EMIT trouble(tr("The model could not be loaded."), QString::fromStdString(loaded.error().message));
    }
}

void ChatSession::set_model(const std::filesystem::path& file, Device device) {
    setup_.load.device = device;
    set_model(file);
}

void ChatSession::set_device(const DeviceName& device) {
    if (setup_.load.device == device.device && setup_.load.which_device == device.which) return;
    setup_.load.device = device.device;
    setup_.load.which_device = device.which;
    unload_model();
}

void ChatSession::set_model(const std::filesystem::path& file) {
    setup_.model = file;
    if (conversation_ == 0) {
        settings_ = settings_of_new_conversation();
        Q_EMIT settings_changed();
    } else {
        if (const auto noted = setup_.store->set_model(conversation_, file.string()); !noted.ok()) report(noted.error());
        ChatSettings settings = preferences_.begin ? preferences_.begin(setup_.model, settings_) : settings_;
        settings.system_prompt = settings_.system_prompt;  // belongs to the conversation, which goes on
        if (settings != settings_) set_settings(settings);
    }
    unload_model();
}

void ChatSession::unload_model() {
    if (load_posted_ || state_ == ChatState::loading_model) {  // what is being opened is not what is wanted any more
        stale_load_ = true;
        if (turn_.message == 0) worker_->cancel_load();
    }
    load_ = load_options();
    worker_->set_model(setup_.model, load_);
    model_info_.reset();
    context_meter_ = {};
    Q_EMIT model_changed();
    Q_EMIT context_meter_changed();
}

LoadOptions ChatSession::load_options() const { return preferences_.load ? preferences_.load(setup_.model, setup_.load) : setup_.load; }

void ChatSession::set_model_preferences(ModelPreferences preferences) {
    preferences_ = std::move(preferences);
    model_preferences_changed(setup_.model);
}

void ChatSession::model_preferences_changed(const std::filesystem::path& file) {
    if (file != setup_.model) return;
    if (!same_load(load_, load_options())) unload_model();
    if (conversation_ != 0) return;
    settings_ = settings_of_new_conversation();
    Q_EMIT settings_changed();
}

ChatSettings ChatSession::general_settings() const {
    const auto kept = setup_.store->value(kDefaultSettings);
    return kept.ok() && *kept ? ChatSettings::from_json(**kept) : ChatSettings{};
}

ChatSettings ChatSession::settings_of_new_conversation() const {
    const ChatSettings general = general_settings();
    return preferences_.begin ? preferences_.begin(setup_.model, general) : general;
}

void ChatSession::keep_for_new_conversations(const ChatSettings& before, const ChatSettings& after) {
    ChatSettings kept = general_settings();
    const auto take = [&](auto ChatSettings::*member) {
        if (before.*member != after.*member) kept.*member = after.*member;
    };
    const auto take_sampling = [&](auto SamplingOptions::*member) {
        if (before.sampling.*member != after.sampling.*member) kept.sampling.*member = after.sampling.*member;
    };
    take(&ChatSettings::thinking);
    take(&ChatSettings::keep_past_thoughts);
    take(&ChatSettings::system_prompt);
    take(&ChatSettings::max_tokens);
    take_sampling(&SamplingOptions::temperature);
    take_sampling(&SamplingOptions::top_k);
    take_sampling(&SamplingOptions::top_p);
    take_sampling(&SamplingOptions::min_p);
    take_sampling(&SamplingOptions::repetition_penalty);
    take_sampling(&SamplingOptions::repetition_window);
    take_sampling(&SamplingOptions::seed);
    if (const auto saved = setup_.store->set_value(kDefaultSettings, kept.to_json()); !saved.ok()) report(saved.error());
}

}  // namespace soliloquy

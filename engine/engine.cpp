/// engine/engine.cpp: opens a file: reads it, binds the weights, prepares tokenizer, template and thinking profile.
#include "engine/engine.h"

#include <algorithm>
#include <exception>
#include <mutex>
#include <new>

#include "engine/chat/content_form.h"
#include "engine/chat/past_thoughts.h"
#include "engine/chat/turn_starts.h"
#include "engine/device_source.h"
#include "engine/fit.h"
#include "engine/inspect.h"
#include "engine/loaded_model.h"

namespace soliloquy {
namespace {

/// For models without a template: every turn on its own line, the role before it.
constexpr const char* kPlainTemplate =
    "{{ bos_token }}{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}"
    "{% if add_generation_prompt %}assistant:{% endif %}";

std::string text_or(const GgufFile& file, std::string_view key, std::string fallback) {
    const auto text = file.get_string_or(key, "");
    return text.ok() && !text->empty() ? std::string(*text) : std::move(fallback);
}

class LoadedEngine final : public Engine {
  public:
    LoadedEngine(std::shared_ptr<const LoadedModel> loaded, std::unique_ptr<Decoder> first)
        : loaded_(std::move(loaded)), first_decoder_(std::move(first)) {}

    const ModelInfo& info() const noexcept override { return loaded_->info; }
    const std::shared_ptr<const LoadedModel>& loaded() const noexcept { return loaded_; }

    Result<std::unique_ptr<Session>> new_session() override {
        try {
            std::string notice;
            auto decoder = take_decoder(notice);
            if (!decoder.ok()) return decoder.error();
            return make_session(loaded_, std::move(decoder).value(), std::move(notice));
        } catch (const std::bad_alloc&) {
            return out_of_memory_error([&] {
                return "not enough memory for a context of " + std::to_string(loaded_->info.context_length) +
                       " tokens: open the model with a shorter one";
            });
        }
    }

    Result<std::vector<TokenId>> tokenize(std::string_view text, bool control_tokens) const override {
        try {
            return loaded_->tokenizer->encode(text, control_tokens);
        } catch (const std::bad_alloc&) {
            return out_of_memory_error([&] { return "not enough memory for the tokens of " + std::to_string(text.size()) + " bytes"; });
        }
    }

    std::string token_text(TokenId id) const override {
        if (id >= loaded_->info.vocabulary_size) return {};
        return std::string(loaded_->tokenizer->vocabulary().bytes(id));
    }

    std::vector<Span> spans(std::span<const PastToken> turn, bool prompt_opens_thought) const override {
        struct Collector final : SpanSink {
            void on_text(Channel channel, std::string_view text, bool begins_span) override {
                if (begins_span || spans.empty()) spans.push_back({channel, {}, index, index});
                spans.back().text += text;
                spans.back().token_end = index + 1;
            }
            void on_thought_closed(ClosedBy) override {}
            std::vector<Span> spans;
            uint32_t index = 0;
        } collector;
        ReasoningParser parser(loaded_->profile, prompt_opens_thought);
        const Vocabulary& vocabulary = loaded_->tokenizer->vocabulary();
        bool ended = false;
        for (const PastToken& token : turn) {
            ended = token.origin == Origin::sampled && parser.ends_turn(token.id);
            if (token.id < vocabulary.size() && !ended) {
                parser.feed(token.id, shown_bytes(*loaded_, token.id), collector,
                            token.origin == Origin::sampled ? ClosedBy::model : ClosedBy::user);
            }
            ++collector.index;
        }
        parser.finish(ended, collector);
        return std::move(collector.spans);
    }

  private:
    /// The one that was made while loading, or a new one; on the CPU when a device that was chosen automatically has no room for it.
    Result<std::unique_ptr<Decoder>> take_decoder(std::string& notice) {
        {
            const std::lock_guard lock(first_mutex_);
            if (first_decoder_ != nullptr) return std::move(first_decoder_);
        }
        auto decoder = make_decoder(*loaded_, false);
        if (decoder.ok() || !loaded_->may_fall_back || !loaded_->model->placement().uses_device()) return decoder;
        notice = "The GPU has no room for one more conversation, so this one runs on the CPU: " + decoder.error().message;
        return make_decoder(*loaded_, true);
    }

    std::shared_ptr<const LoadedModel> loaded_;
    std::mutex first_mutex_;
    std::unique_ptr<Decoder> first_decoder_;
};

/// The context of the sessions that a file will have.
uint32_t context_length_of(const Model& model, const LoadOptions& options) {
    return options.context_length > 0 ? options.context_length : default_context_length(model.trained_context_length());
}

ModelInfo describe(const GgufFile& file, const LoadedModel& loaded, const std::filesystem::path& path, const LoadOptions& options) {
    ModelInfo info;
    info.path = path;
    info.name = text_or(file, "general.name", path.stem().string());
    info.architecture = text_or(file, "general.architecture", "");
    info.license = text_or(file, "general.license", "");
    info.quantization = quantization_summary(type_shares(file));
    info.file_bytes = file.file_bytes();
    info.parameters = loaded.model->parameters();
    info.active_parameters = loaded.model->active_parameters();
    info.trained_context_length = loaded.model->trained_context_length();
    info.context_length = context_length_of(*loaded.model, options);
    info.vocabulary_size = loaded.model->vocabulary_size();
    info.has_chat_template = !text_or(file, "tokenizer.chat_template", "").empty();
    info.reasoning_profile = std::string(loaded.profile.name());
    info.can_think = loaded.profile.can_think();
    info.thinking_can_be_switched = loaded.profile.thinking_can_be_switched;
    const PastThoughtsRule past = past_thoughts_of(*loaded.chat_template, loaded.profile, loaded.content_form);
    info.template_notice = loaded.content_form.problem.empty() ? notice_of(loaded.content_form) : loaded.content_form.problem;
    info.past_thoughts = past_thoughts_name(past.rule);
    info.past_thoughts_can_be_kept = past.can_be_kept;
    return info;
}

/// Reports 0..1 of the whole load; false cancels.
using Report = std::function<bool(float)>;

/// Loads the weights for the chosen device, and makes the first timeline there: what does not fit shows now. An automatic choice that fails
/// becomes the CPU, with the reason.
class WeightsLoader {
  public:
    WeightsLoader(LoadedModel& loaded, const LoadOptions& options, const DeviceSource& source, const Report& report)
        : loaded_(loaded), options_(options), source_(source), report_(report) {}

    Status load(DeviceChoice& choice, std::unique_ptr<Decoder>& first) {
        loaded_.may_fall_back = options_.device == Device::automatic;
        if (const auto index = vulkan_index(choice)) {
            const Status status = load_on(*index, choice, first);
            if (status.ok() || !loaded_.may_fall_back || status.error().code == ErrorCode::cancelled) return status;
            first.reset();
            loaded_.model.reset();
            choice = cpu_choice(options_.threads, choice.description + " was not used: " + status.error().message);
        }
        if (loaded_.model == nullptr) {
            ASSIGN_OR_RETURN(loaded_.model, Model::load(loaded_.file, model_options(nullptr)));
        }
        return Status::success();
    }

  private:
    [[nodiscard]] ModelOptions model_options(std::shared_ptr<Accelerator> accelerator) const {
        ModelOptions model;
        model.exact = options_.exact;
        model.progress = [this](float done) { return report_(0.1f + 0.9f * done); };
        model.device = {.accelerator = std::move(accelerator),
                        .wish = {.gpu_layers = options_.gpu_layers, .cpu_experts = options_.cpu_experts},
                        .context_length = options_.context_length,
                        .max_batch = kPrefillBatch};
        return model;
    }

    Status load_on(uint32_t index, DeviceChoice& choice, std::unique_ptr<Decoder>& first) {
        ASSIGN_OR_RETURN(auto accelerator, source_.open(index));
        ASSIGN_OR_RETURN(loaded_.model, Model::load(loaded_.file, model_options(std::move(accelerator))));
        const Placement& placement = loaded_.model->placement();
        if (!placement.uses_device()) {
            if (options_.gpu_layers != 0u && options_.device != Device::automatic) {
                return Error{ErrorCode::out_of_memory, choice.description + ": " + placement.words +
                                                           "; choose a shorter context or a smaller model, or use --device cpu"};
            }
            choice = cpu_choice(options_.threads, choice.description + ": " + placement.words);
            return Status::success();
        }
        choice.placement = placement.words;
        loaded_.info.context_length = context_length_of(*loaded_.model, options_);
        auto decoder = make_decoder(loaded_, false);
        if (!decoder.ok()) return decoder.error();
        first = std::move(decoder).value();
        return Status::success();
    }

    LoadedModel& loaded_;
    const LoadOptions& options_;
    const DeviceSource& source_;
    const Report& report_;
};

Result<DeviceChoice> choose_for_model(const LoadOptions& options, const DeviceSource& source) {
    if (options.device == Device::cpu) return cpu_choice(options.threads, "as asked");
    if (options.exact) return cpu_choice(options.threads, "the exact path runs on the CPU alone");
    return choose_device({options.device, options.which_device}, list_devices_of(source, options.threads));
}

/// Inputs without messages: what the vocabulary gives to every rendering.
TemplateInputs tokens_of(const Vocabulary& vocabulary) {
    TemplateInputs inputs;
    if (vocabulary.bos()) inputs.bos_token = vocabulary.bytes(*vocabulary.bos());
    if (vocabulary.eos()) inputs.eos_token = vocabulary.bytes(*vocabulary.eos());
    return inputs;
}

/// Tokenizer, chat template and thinking profile of the file.
Status read_chat_parts(LoadedModel& loaded, const LoadOptions& options) {
    if (loaded.model->vocabulary_size() < loaded.tokenizer->vocabulary().size()) {
        return Error{ErrorCode::invalid_file, "the tokenizer has " + std::to_string(loaded.tokenizer->vocabulary().size()) +
                                                  " tokens and the output layer only " + std::to_string(loaded.model->vocabulary_size())};
    }
    const std::string source = text_or(*loaded.file, "tokenizer.chat_template", kPlainTemplate);
    auto parsed = ChatTemplate::parse(source);
    if (!parsed.ok()) return parsed.error().within("the chat template");
    loaded.chat_template.emplace(std::move(parsed).value());
    loaded.content_form = content_form_of(*loaded.chat_template, tokens_of(loaded.tokenizer->vocabulary()));
    if (options.reasoning_profile.empty()) {
        loaded.profile = choose_reasoning_profile(source, loaded.tokenizer->vocabulary());
    } else {
        ASSIGN_OR_RETURN(loaded.profile, named_reasoning_profile(options.reasoning_profile, source, loaded.tokenizer->vocabulary()));
    }
    TemplateInputs inputs = tokens_of(loaded.tokenizer->vocabulary());
    inputs.form = loaded.content_form;
    end_turns_where_others_begin(loaded.profile, *loaded.chat_template, inputs, loaded.tokenizer->vocabulary());
    return Status::success();
}

Result<std::shared_ptr<Engine>> load(const std::filesystem::path& path, const LoadOptions& options, const DeviceSource& source) {
    const Report report = [&options](float done) { return !options.progress || options.progress(done); };
    const Error cancelled{ErrorCode::cancelled, "loading " + path.filename().string() + " was cancelled"};
    if (!report(0.0f)) return cancelled;
    if (std::string problem = cpu_instruction_set_problem(); !problem.empty()) return Error{ErrorCode::unsupported, std::move(problem)};
    ASSIGN_OR_RETURN(auto opened, GgufFile::open(path));
    ASSIGN_OR_RETURN(auto choice, choose_for_model(options, source));
    auto loaded = std::make_shared<LoadedModel>();
    loaded->file = std::make_shared<const GgufFile>(std::move(opened));
    ASSIGN_OR_RETURN(loaded->tokenizer, Tokenizer::from_gguf(*loaded->file));
    if (!report(0.1f)) return cancelled;
    loaded->threads = std::make_shared<ThreadPool>(options.threads);
    std::unique_ptr<Decoder> first;
    RETURN_IF_ERROR(WeightsLoader(*loaded, options, source, report).load(choice, first));
    RETURN_IF_ERROR(read_chat_parts(*loaded, options));
    loaded->info = describe(*loaded->file, *loaded, path, options);
    if (options.threads > loaded->threads->size()) {
        choice.warning += (choice.warning.empty() ? "" : " ") + std::string("Only ") + std::to_string(loaded->threads->size()) +
                          " of the " + std::to_string(options.threads) + " threads that were asked for could be had.";
    }
    loaded->info.device = std::move(choice);
    if (!report(1.0f)) return cancelled;
    return std::shared_ptr<Engine>(std::make_shared<LoadedEngine>(std::move(loaded), std::move(first)));
}

}  // namespace

std::shared_ptr<const LoadedModel> loaded_model_of(const Engine& engine) noexcept {
    const auto* ours = dynamic_cast<const LoadedEngine*>(&engine);
    return ours != nullptr ? ours->loaded() : nullptr;
}

std::vector<ReasoningProfileName> reasoning_profiles() {
    std::vector<ReasoningProfileName> all{{"none", "everything is answer"}};
    for (const ReasoningFamily& family : reasoning_families()) all.push_back({family.name, family.models});
    return all;
}

Result<EncodedPrompt> encode_prompt(const LoadedModel& loaded, const GenerateRequest& request) {
    const Vocabulary& vocabulary = loaded.tokenizer->vocabulary();
    TemplateInputs inputs = tokens_of(vocabulary);
    inputs.form = loaded.content_form;
    inputs.messages = request.messages;
    inputs.thinking = request.thinking;
    inputs.keep_past_thoughts = request.keep_past_thoughts;
    auto rendered = loaded.chat_template->render(inputs);
    if (!rendered.ok()) return rendered.error().within("the chat template");
    RETURN_IF_ERROR(check_question_arrives(*loaded.chat_template, inputs, *rendered));
    EncodedPrompt prompt;
    ASSIGN_OR_RETURN(prompt.ids, loaded.tokenizer->encode(*rendered));
    const bool wants_bos = vocabulary.add_bos() && vocabulary.bos().has_value();
    if (wants_bos && (prompt.ids.empty() || prompt.ids.front() != *vocabulary.bos()))
        prompt.ids.insert(prompt.ids.begin(), *vocabulary.bos());
    if (prompt.ids.empty()) return Error{ErrorCode::invalid_argument, "the prompt is empty: write a message"};
    prompt.opens_thought = prompt_opens_thought(loaded.profile, *rendered);
    prompt.text = std::move(rendered->text);
    return prompt;
}

std::string_view shown_bytes(const LoadedModel& loaded, TokenId id) noexcept {
    const Vocabulary& vocabulary = loaded.tokenizer->vocabulary();
    if (id >= vocabulary.size()) return {};
    if (vocabulary.kind(id) == TokenKind::control && !loaded.profile.marks.uses_token(id)) return {};
    return vocabulary.bytes(id);
}

Result<std::shared_ptr<Engine>> open_engine_on(const std::filesystem::path& path, const LoadOptions& options, const DeviceSource& source) {
    try {
        auto engine = load(path, options, source);
        if (!engine.ok() && engine.error().message.find(path.filename().string()) == std::string::npos)
            return engine.error().within(path.string());
        return engine;
    } catch (const std::bad_alloc&) {
        return out_of_memory_error([&] { return "not enough memory to open " + path.string(); });
    } catch (const std::exception& error) {
        return Error{ErrorCode::internal, path.string() + ": " + error.what()};
    }
}

Result<std::shared_ptr<Engine>> open_engine(const std::filesystem::path& path, const LoadOptions& options) {
    try {
        return open_engine_on(path, options, vulkan_source(options.cache_folder));
    } catch (const std::exception&) {
        return out_of_memory_error([&] { return "not enough memory to open " + path.string(); });
    }
}

}  // namespace soliloquy
